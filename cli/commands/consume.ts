/**
 * `cumulog consume`: prints the records of a topic and goes on with what is appended, until it is told to stop.
 */
import { type Command, InvalidArgumentError, Option } from "commander";
import { connect } from "../connect.ts";
import { consume } from "../consume/consume.ts";
import { fetchesMax } from "../consume/follow.ts";
import { type Format, json, keyedText, valueText } from "../consume/format.ts";
import type { From } from "../consume/start.ts";
import { UsageWrong } from "../errors.ts";
import { integerFrom, type Moment, moment, repeated, someText } from "../options.ts";
import { tell } from "../output.ts";
import type { GlobalOptions } from "../program.ts";
import { rateLine } from "../rates.ts";
import { takesTopic, topicOf } from "../topic-argument.ts";

type ConsumeOptions = GlobalOptions & {
  readonly topic?: string;
  readonly fromBeginning?: true;
  readonly partition?: readonly number[];
  readonly offset?: number | "earliest" | "latest";
  readonly fromTimestamp?: Moment;
  readonly maxMessages?: number;
  readonly timeoutMs?: number;
  readonly format: "text" | "json";
  readonly printKey?: true;
  readonly keySeparator?: string;
};

const notes = `
Text is the value of each record and a newline, byte for byte ("null" for a record without a value).
Json is one compact object a line: {"topic","partition","offset","timestamp","key","value","headers"}. Keys and
values that are not valid UTF-8 are {"base64":"..."} instead of a text; those that are missing are null. Headers
are a list of {"name","value"}.

Ends well after --max-messages, after --timeout-ms without a record, by Ctrl-C, or when nobody reads its
output (| head). When the server goes away it waits, and goes on where it was.`;

/** Options, help and action of the command. */
export function defineConsume(command: Command): void {
  takesTopic(command)
    .option("--from-beginning", "start with the oldest record, instead of with what comes from now on")
    .option("--partition <number>", "read this partition only; may be repeated", repeated(integerFrom(0)))
    .option(
      "--offset <offset>",
      "start at this offset (with --partition), at `earliest` or at `latest`",
      offset,
    )
    .option(
      "--from-timestamp <time>",
      "start with the first record at or after: ms since 1970 or ISO 8601",
      moment,
    )
    .option("--max-messages <count>", "end after this many records", integerFrom(1))
    .option("--timeout-ms <ms>", "end when no record has come for this long", integerFrom(0, 2 ** 31 - 1))
    .addOption(
      new Option("--format <format>", "how records are printed").choices(["text", "json"]).default("text"),
    )
    .option("--print-key", "in text, print the key before the value")
    .option("--key-separator <text>", "what stands between them (default: a tab)", someText)
    .addHelpText("after", notes)
    .action((argument, _options, self) => run(argument, self.optsWithGlobals()));
}

async function run(argument: string | undefined, options: ConsumeOptions): Promise<void> {
  const topic = topicOf(argument, options.topic);
  const from = fromOf(options);
  const doubt = options.fromTimestamp && doubtOf(options.fromTimestamp);
  if (doubt !== undefined) tell(doubt);
  const endpoints = connect({ url: options.url, connectionsMax: fetchesMax });
  const { records, bytes, durationMs } = await consume(endpoints, {
    topic,
    partitions: options.partition,
    from,
    format: formatOf(options),
    recordsMax: options.maxMessages ?? Number.POSITIVE_INFINITY,
    idleMsMax: options.timeoutMs ?? Number.POSITIVE_INFINITY,
  });
  const read = records === 0 ? "0 records" : rateLine(records, bytes, "output", durationMs);
  tell(`consumed ${read} from topic ${topic}`);
}

function fromOf({ fromBeginning, offset: given, fromTimestamp, partition }: ConsumeOptions): From {
  const ways = [fromBeginning, given, fromTimestamp].filter(way => way !== undefined);
  if (ways.length > 1)
    throw new UsageWrong("only one of --from-beginning, --offset and --from-timestamp can be given");
  if (fromTimestamp !== undefined) return { kind: "time", timestampMs: fromTimestamp.ms };
  if (typeof given === "number") {
    if (partition === undefined)
      throw new UsageWrong(`--offset ${given} is a place in one partition: add --partition`);
    return { kind: "offset", offset: given };
  }
  return { kind: fromBeginning ? "earliest" : (given ?? "latest") };
}

/** Ten digits are a day in 1970 as ms, and one of our days as seconds, which other tools count. */
function doubtOf({ ms, text }: Moment): string | undefined {
  if (!/^\d{10}$/.test(text)) return undefined;
  const asSeconds = new Date(ms * 1000).toISOString();
  return `--from-timestamp ${text} is in ms: ${new Date(ms).toISOString()}; if seconds are meant (${asSeconds}), write ${text}000`;
}

function formatOf({ format, printKey, keySeparator }: ConsumeOptions): Format {
  if (format === "json") {
    if (printKey || keySeparator !== undefined)
      throw new UsageWrong("--print-key and --key-separator are for --format text: json has the key anyway");
    return json;
  }
  return printKey || keySeparator !== undefined ? keyedText(keySeparator ?? "\t") : valueText;
}

function offset(text: string): number | "earliest" | "latest" {
  if (text === "earliest" || text === "latest") return text;
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError("A number, `earliest` or `latest` is wanted.");
  return Number(text);
}

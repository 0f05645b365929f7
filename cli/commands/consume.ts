/**
 * `cumulog consume`: prints the records of a topic and goes on with what is appended, until it is told to stop.
 */
import { type Command, InvalidArgumentError, Option } from "commander";
import { connect } from "../connect.ts";
import { type Consumed, consume } from "../consume/consume.ts";
import { fetchesMax } from "../consume/follow.ts";
import { type Format, json, keyedText, valueText } from "../consume/format.ts";
import { consumeInGroup } from "../consume/group/consume.ts";
import type { From } from "../consume/start.ts";
import { UsageWrong } from "../errors.ts";
import { integerFrom, type Moment, moment, repeated, someText } from "../options.ts";
import { tell } from "../output.ts";
import type { GlobalOptions } from "../program.ts";
import { rateLine } from "../rates.ts";
import { takesTopic, topicOf } from "../topic-argument.ts";

type ConsumeOptions = GlobalOptions & {
  readonly topic?: string;
  readonly group?: string;
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

With --group the members of the group share the partitions. What was printed is committed, with the next call and at the
end; a group goes on where it has committed. So --from-beginning decides only for partitions that the group has committed
nothing of, as in Kafka's console consumer (\`cumulog groups reset-offsets\` moves a group). What comes and goes in a
rebalance is told on stderr. After an end that was not clean (kill -9) what was not yet committed is printed again.

Ends well after --max-messages, after --timeout-ms without a record, by Ctrl-C, or when nobody reads its
output (| head). When the server goes away it waits, and goes on where it was.`;

/** Options, help and action of the command. */
export function defineConsume(command: Command): void {
  takesTopic(command)
    .option("--from-beginning", "start with the oldest record, instead of with what comes from now on")
    .option(
      "--group <group>",
      "read as a member of this consumer group, and commit what was printed",
      someText,
    )
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
  const { records, bytes, durationMs } = await consumeAs(options, topic);
  const read = records === 0 ? "0 records" : rateLine(records, bytes, "output", durationMs);
  const asMember = options.group === undefined ? "" : ` in group ${options.group}`;
  tell(`consumed ${read} from topic ${topic}${asMember}`);
}

function consumeAs(options: ConsumeOptions, topic: string): Promise<Consumed> {
  const { group, url } = options;
  const common = {
    topic,
    format: formatOf(options),
    recordsMax: options.maxMessages ?? Number.POSITIVE_INFINITY,
    idleMsMax: options.timeoutMs ?? Number.POSITIVE_INFINITY,
  };
  if (group !== undefined) {
    requireGroupDecides(options);
    const reset = options.fromBeginning ? "earliest" : "latest";
    return consumeInGroup(connect({ url }), { ...common, group, reset });
  }
  const from = fromOf(options);
  const doubt = options.fromTimestamp && doubtOf(options.fromTimestamp);
  if (doubt !== undefined) tell(doubt);
  return consume(connect({ url, connectionsMax: fetchesMax }), {
    ...common,
    partitions: options.partition,
    from,
  });
}

/** Throws UsageWrong for what a group decides by itself. */
function requireGroupDecides({ partition, offset: given, fromTimestamp }: ConsumeOptions): void {
  if (partition !== undefined)
    throw new UsageWrong("--partition does not go with --group: the group shares the partitions out");
  const flag =
    given !== undefined ? "--offset" : fromTimestamp !== undefined ? "--from-timestamp" : undefined;
  if (flag !== undefined)
    throw new UsageWrong(
      `${flag} does not go with --group: a group goes on where it has committed (\`cumulog groups reset-offsets\` moves it)`,
    );
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

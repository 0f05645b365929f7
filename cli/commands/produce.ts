/**
 * `cumulog produce`: appends a record per line of stdin or of a file.
 */
import { type Command, Option } from "commander";
import type { Compression } from "../../lib/ports/index.ts";
import { utf8 } from "../../lib/std/index.ts";
import { connect } from "../connect.ts";
import { compressionChoices, integerFrom, type Pair, pair, repeated, someText } from "../options.ts";
import { printJson, tell } from "../output.ts";
import { openInput } from "../produce/input.ts";
import { type Produced, produce } from "../produce/produce.ts";
import { silentProgress, startProgress } from "../produce/progress.ts";
import type { GlobalOptions } from "../program.ts";
import { count, rateLine } from "../rates.ts";
import { takesTopic, topicOf } from "../topic-argument.ts";

type ProduceOptions = GlobalOptions & {
  readonly topic?: string;
  readonly file?: string;
  readonly keySeparator?: string;
  readonly partition?: number;
  readonly header?: readonly Pair[];
  readonly compression: Compression;
  readonly json?: true;
};

/** Ended by a signal, as shells say it: 128 and its number. */
const interruptedExitCode = { SIGINT: 130, SIGTERM: 143 } as const;

const notes = `
A record is the bytes of a line without its newline: an empty line is an empty record, a "\\r" before the newline belongs
to the record, bytes that are no valid UTF-8 pass, and a last line needs no newline.

Records with a key go where Kafka's clients send that key. Records without one stay together for a batch.
An append whose answer was lost is not sent again: the command stops and says what is certain and what is not.`;

/** Options, help and action of the command. */
export function defineProduce(command: Command): void {
  takesTopic(command)
    .option("--file <path>", "read this file instead of stdin")
    .option("--key-separator <text>", "what stands before it in a line is the key (a tab: $'\\t')", someText)
    .option("--partition <number>", "append to this partition, whatever the key", integerFrom(0))
    .option("--header <name=value>", "a header of every record; may be repeated", repeated(pair))
    .addOption(
      new Option("--compression <codec>", "compress batches").choices(compressionChoices).default("none"),
    )
    .option("--json", "print the summary as JSON on stdout")
    .addHelpText("after", notes)
    .action((argument, _options, self) => run(argument, self.optsWithGlobals()));
}

async function run(argument: string | undefined, options: ProduceOptions): Promise<void> {
  const topic = topicOf(argument, options.topic);
  const { stream, totalBytes } = openInput(options.file);
  const isTyped = options.file === undefined && process.stdin.isTTY;
  if (isTyped) tell("a record per line; Ctrl-D ends");
  const progress = isTyped ? silentProgress : await startProgress(totalBytes);
  const startMs = performance.now();
  const produced = await produce(connect({ url: options.url }), {
    topic,
    input: stream,
    partition: options.partition,
    ...(options.keySeparator !== undefined && { keySeparator: options.keySeparator }),
    headers: (options.header ?? []).map(([key, value]) => ({ key, value: utf8(value) })),
    compression: options.compression,
    onProgress: progress.update,
  }).finally(progress.stop);
  await summarize(topic, produced, performance.now() - startMs, options.json === true);
}

async function summarize(topic: string, produced: Produced, ms: number, isJson: boolean): Promise<void> {
  const { account, bytes, interrupt } = produced;
  const partitions = account.lanes;
  if (isJson)
    await printJson({ topic, records: account.records, bytes, durationMs: Math.round(ms), partitions });
  const stopped = interrupt === undefined ? "" : `; stopped by ${interrupt} before the end of the input`;
  const where = `topic ${topic}, ${count(partitions.length, "partition")}`;
  tell(`produced ${rateLine(account.records, bytes, "lines", ms)} to ${where}${stopped}`);
  if (interrupt !== undefined) process.exitCode = interruptedExitCode[interrupt];
}

/**
 * What one connection sent to one partition lies there in the order in which it was sent: also when some of it was never
 * acknowledged, or is missing. Judged by the names of records, `connection:sequence`, wherever a reader saw them.
 */
import type { HistoryEvent, SeenRecord } from "../sim/checker/index.ts";

/** One line for each record that lies before one that its connection sent earlier. */
export function findDisorder(history: readonly HistoryEvent[]): readonly string[] {
  return [...seenByPlace(history)].flatMap(([place, records]) => {
    const inOrder = [...records.values()].sort((a, b) => a.offset - b.offset);
    const latest = new Map<string, { readonly sequence: number; readonly offset: number }>();
    return inOrder.flatMap(({ value, offset }) => {
      const [connection = "", sequenceText] = value.split(":");
      const sequence = Number(sequenceText);
      const before = latest.get(connection);
      if (before === undefined || before.sequence < sequence) {
        latest.set(connection, { sequence, offset });
        return [];
      }
      return [
        `${value} is at ${place}:${offset}, behind ${connection}:${before.sequence} at ${before.offset}, which was sent later`,
      ];
    });
  });
}

/** Every record that a reader saw, by partition, by offset. */
function seenByPlace(history: readonly HistoryEvent[]): ReadonlyMap<string, ReadonlyMap<number, SeenRecord>> {
  const places = new Map<number, string>();
  const seen = new Map<string, Map<number, SeenRecord>>();
  for (const event of history) {
    if (event.type === "invoke" && event.op === "fetch") {
      const place = `${event.topic}/${event.partition}`;
      places.set(event.id, place);
      if (!seen.has(place)) seen.set(place, new Map());
    } else if (event.type === "ok" && event.op === "fetch")
      for (const record of event.records) seen.get(places.get(event.id) ?? "")?.set(record.offset, record);
  }
  return seen;
}

/**
 * JSON as it was written. Parsing and printing again would change it: numbers past 2^53 lose digits, `1.0` becomes `1`,
 * names that look like numbers move to the front. What a producer sends as JSON is stored as it was sent, but for the
 * white space around it. All of this expects text that JSON.parse has accepted.
 */

const space = /[ \t\n\r]/;
const spaces = /[ \t\n\r]*/y;
const scalar = /[^ \t\n\r,\]}]+/y;

/** The text of each member of a JSON object, by name; of a name given twice the last, as JSON.parse has it. */
export function memberTexts(text: string): ReadonlyMap<string, string> {
  const members = new Map<string, string>();
  let at = skip(spaces, text, 0) + 1;
  for (;;) {
    at = skip(spaces, text, at);
    if (text[at] !== '"') return members;
    const nameEnd = endOfString(text, at);
    const start = skip(spaces, text, skip(spaces, text, nameEnd) + 1);
    const end = endOfValue(text, start);
    members.set(JSON.parse(text.slice(at, nameEnd)), text.slice(start, end));
    at = skip(spaces, text, end) + 1;
  }
}

/** The text of each element of a JSON array. */
export function elementTexts(text: string): readonly string[] {
  const elements: string[] = [];
  let at = skip(spaces, text, 0) + 1;
  for (;;) {
    const start = skip(spaces, text, at);
    if (start >= text.length || text[start] === "]") return elements;
    const end = endOfValue(text, start);
    elements.push(text.slice(start, end));
    at = skip(spaces, text, end) + 1;
  }
}

/** The same JSON without white space outside of its strings. */
export function compact(text: string): string {
  if (!space.test(text)) return text;
  let result = "";
  for (let at = 0; at < text.length; ) {
    const character = text[at];
    if (character === '"') {
      const end = endOfString(text, at);
      result += text.slice(at, end);
      at = end;
    } else {
      if (character !== undefined && !space.test(character)) result += character;
      at++;
    }
  }
  return result;
}

function endOfValue(text: string, start: number): number {
  const first = text[start];
  if (first === '"') return endOfString(text, start);
  if (first !== "{" && first !== "[") return skip(scalar, text, start);
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === 0x22) at = endOfString(text, at) - 1;
    else if (character === 0x7b || character === 0x5b) depth++;
    else if ((character === 0x7d || character === 0x5d) && --depth === 0) return at + 1;
  }
  return text.length;
}

/** The position behind the string that begins at `start`. Not by a pattern: strings of megabytes exhaust its stack. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; ; ) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return text.length;
    let before = quote - 1;
    while (text[before] === "\\") before--;
    if ((quote - before) % 2 === 1) return quote + 1;
    at = quote + 1;
  }
}

/** The position behind what a sticky pattern matches at `at`. */
function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

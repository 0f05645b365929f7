/**
 * XML as S3 writes and reads it: elements of text or of elements, no attributes but the name space. What is read is only
 * what the SDKs write; anything else is refused by whoever asked.
 */

/** Markup that is finished, as opposed to text that must be escaped. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** `<name>content</name>`, text escaped. */
export function element(name: string, ...content: readonly (Markup | string | number)[]): Markup {
  const inner = content.map(part => (part instanceof Markup ? part.text : escaped(String(part))));
  return new Markup(`<${name}>${inner.join("")}</${name}>`);
}

/** A whole answer. */
export function xmlDocument(root: Markup): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root.text}`;
}

/** The text of each `<name>` that holds text, in order. */
export function textsIn(xml: string, name: string): readonly string[] {
  return [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, "g"))].map(match =>
    unescaped(match[1] ?? ""),
  );
}

/** The names of all elements, each once. */
export function namesIn(xml: string): ReadonlySet<string> {
  return new Set([...xml.matchAll(/<([A-Za-z]+)/g)].map(match => match[1] ?? ""));
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** What no parser of XML 1.0 takes as it is: markup, line ends it would change, and what is no character there. */
const unfit = /[&<>"\r]|[^\t\n\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

function escaped(text: string): string {
  return text.replace(unfit, character => {
    const name = Object.keys(entities).find(each => entities[each] === character);
    return `&${name ?? `#x${(character.codePointAt(0) ?? 0).toString(16)}`};`;
  });
}

function unescaped(text: string): string {
  return text.replace(/&(#x?)?([0-9A-Za-z]+);/g, (whole, number: string | undefined, name: string) => {
    if (number === undefined) return entities[name] ?? whole;
    return String.fromCodePoint(Number.parseInt(name, number === "#x" ? 16 : 10));
  });
}

/**
 * The bytes of an item's attributes in the database.
 *
 *   Image => version:u8 count:varint Attribute*
 *   Attribute => name:text type:u8 value
 *   value => text (type 0) | bytes:block (1) | number:varint (2: not negative) | number:varint (3: negated)
 */
import { checkVersion, encodings } from "../../format/levels/index.ts";
import { type Attributes, type ItemValue, newImage } from "../../ports/index.ts";
import { MalformedBytes, Reader, Writer } from "../../std/index.ts";

/** Stored: never change or reuse. */
const valueTypes = { text: 0, bytes: 1, number: 2, negative: 3 } as const;

/** Packs attributes by the grammar above. */
export function encodeImage(attributes: Attributes): Uint8Array {
  const names = Object.keys(attributes);
  const writer = new Writer(1024).u8(encodings.itemImage.written).varint(names.length);
  for (const name of names) encodeValue(writer.text(name), attributes[name] ?? "");
  // Bytes of their own size: they are sent to another thread with all that lies behind them.
  return writer.finish().slice();
}

function encodeValue(writer: Writer, value: ItemValue): void {
  if (typeof value === "string") writer.u8(valueTypes.text).text(value);
  else if (typeof value !== "number") writer.u8(valueTypes.bytes).block(value);
  else if (value >= 0) writer.u8(valueTypes.number).varint(value);
  else writer.u8(valueTypes.negative).varint(-value);
}

/** The attributes; bytes among them are views of `image`. Throws MalformedBytes, and FormatNewer. */
export function decodeImage(image: Uint8Array): Attributes {
  const reader = new Reader(image);
  checkVersion("itemImage", reader.u8());
  const attributes = newImage();
  for (let count = reader.varint(); count > 0; count--) {
    const name = reader.text();
    attributes[name] = decodeValue(reader);
  }
  reader.end("the attributes of an item");
  return attributes;
}

function decodeValue(reader: Reader): ItemValue {
  const type = reader.u8();
  switch (type) {
    case valueTypes.text:
      return reader.text();
    case valueTypes.bytes:
      return reader.block();
    case valueTypes.number:
      return reader.varint();
    case valueTypes.negative:
      return -reader.varint();
    default:
      throw new MalformedBytes(`an attribute of type ${type}`);
  }
}

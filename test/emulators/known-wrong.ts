/**
 * THE list of what each emulator gets wrong, row by row of the contracts, with the reason. DynamoDB and S3 do as the contract
 * says; the adapters are not bent to an emulator's mistakes.
 */
import type { KnownWrong } from "../contracts/known-wrong.ts";
import type { EmulatorName } from "./emulator.ts";

type Faults = { readonly items: KnownWrong; readonly objects: KnownWrong };

const emptyUpdate = "answers 500 to an UpdateItem without an UpdateExpression";
const unlikeTypes = "answers 500 when a comparison meets an attribute of another type";
const base64Size = "counts the size of bytes as that of their base64";
const sumOfText = "takes an attribute that is no number for one when it adds";

/** How the titles of conditions end that hold for nothing. */
const holdsForNone = "holds for the item: false, for none: false";

export const knownWrong: Readonly<Record<EmulatorName, Faults>> = {
  dynalite: {
    items: {
      "query > orders sort keys by their UTF-8 bytes":
        "compares the bounds of BETWEEN as JavaScript does, by UTF-16 units",
    },
    objects: {},
  },
  "own S3 server": { items: {}, objects: {} },
  moto: {
    items: {
      "update > changes nothing when nothing is asked": emptyUpdate,
      "update > creates an item by an empty update": emptyUpdate,
      [`conditions > [{"kind":"atMost","name":"t","value":6}] ${holdsForNone}`]: unlikeTypes,
      [`conditions > [{"kind":"atMost","name":"digit","value… ${holdsForNone}`]: unlikeTypes,
      [`conditions > [{"kind":"below","name":"b","value":6}] ${holdsForNone}`]: unlikeTypes,
      [`conditions > [{"kind":"below","name":"digit","value"… ${holdsForNone}`]: unlikeTypes,
      "limits > keeps an item of the largest size": base64Size,
      "limits > rejects an update that makes the item too large and keeps the old one": base64Size,
    },
    objects: {},
  },
  ministack: {
    items: {
      "update > rejects an add to text and changes nothing": sumOfText,
      "update > rejects an add to bytes and changes nothing": sumOfText,
    },
    objects: {},
  },
  "DynamoDB Local": { items: {}, objects: {} },
};

export { pureCodecs } from "./codecs.ts";

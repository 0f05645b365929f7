import { systemCodecs } from "../../../lib/adapters/system/codecs.ts";
import { describeCodecs } from "../../contracts/codecs.ts";

describeCodecs("system", systemCodecs);

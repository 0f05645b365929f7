import { runningStore } from "../provided.ts";
import { describeStores } from "../stores-suite.ts";

const moto = runningStore("moto");
describeStores(moto, moto, { withObjects: true });

import { runningStore } from "../provided.ts";
import { describeStores } from "../stores-suite.ts";

const ministack = runningStore("ministack");
describeStores(ministack, ministack, { withObjects: true });

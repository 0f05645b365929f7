export { partitionsOfShard, Shard, shardIndexOf } from "./shard.ts";
export { Shards } from "./shards.ts";

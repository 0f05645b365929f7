/**
 * What works with groups and with records alike, joined: readers that come by single calls, as instances whose place is kept for
 * them or keeping it themselves; and what operators do.
 */
import type { Fetcher, OffsetLister } from "../../read/index.ts";
import type { TopicResolver, Topics } from "../../topics/index.ts";
import type { EngineDeps, EngineOptions } from "../../types.ts";
import type { Groups } from "../groups.ts";
import { GroupOperations } from "../operators/index.ts";
import { GroupStore } from "../store.ts";
import { TopicNames } from "../topic-names.ts";
import { CalledMembers } from "./called-members.ts";
import { GroupPolls } from "./group-polls.ts";
import { GroupReader } from "./group-reader.ts";
import { InstanceStore } from "./instance-store.ts";
import { Instances } from "./instances.ts";

type Deps = EngineDeps & {
  readonly groups: Groups;
  readonly topics: Topics;
  readonly resolver: TopicResolver;
  readonly fetcher: Fetcher;
  readonly lister: OffsetLister;
};

export class CalledReaders {
  readonly instances: Instances;
  readonly polls: GroupPolls;
  readonly operations: GroupOperations;

  /** Starts nothing and reads nothing. */
  constructor(deps: Deps, options: EngineOptions) {
    const names = new TopicNames(deps);
    const members = new CalledMembers(deps.groups, names);
    const reader = new GroupReader({ ...deps, offsets: deps.groups.offsets, names });
    const instances = new InstanceStore(new GroupStore(deps, options), deps.random);
    const heartbeatMs = options.groups.consumerHeartbeatMs;
    this.instances = new Instances({ ...deps, names, members, reader, instances }, { heartbeatMs });
    this.operations = new GroupOperations({ ...deps, names });
    this.polls = new GroupPolls({ ...deps, names, members, reader }, { heartbeatMs });
  }
}

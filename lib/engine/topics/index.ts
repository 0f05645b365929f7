export { topicConfigs } from "./configs.ts";
export { TopicResolver } from "./resolve.ts";
export { TopicStore } from "./store.ts";
export { Topics } from "./topics.ts";
export type {
  ConfigChange,
  ConfigDescription,
  CreateTopic,
  FinishReport,
  Topic,
  TopicConfigs,
} from "./types.ts";

export { KafkaListener } from "./listener.ts";

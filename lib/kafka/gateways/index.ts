export { GatewayRegistry, NoNodeFree } from "./registry.ts";

export { type ApiName, messages } from "./messages.ts";

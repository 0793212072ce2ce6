export { show, showLive } from "./display/host.js";

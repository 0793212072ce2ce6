import { defineConfig } from "tsup";
import { program } from "../../tsup.base.js";

export default defineConfig({ ...program, entry: ["src/main.ts", "src/app.ts"] });

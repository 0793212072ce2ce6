import { defineConfig } from "tsup";
import { assemblyForEsbuild } from "../scripts/assembly-plugin.js";
import { program } from "../tsup.base.js";

export default defineConfig({
  ...program,
  entry: ["src/train.ts", "src/serve.ts", "src/process.ts", "src/inference-host.ts"],
  esbuildPlugins: [assemblyForEsbuild],
  // serve loads the video side only for a video model.
  splitting: true,
});

import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitepress";

const docs = fileURLToPath(new URL("..", import.meta.url));
const pages = (folder) =>
  existsSync(`${docs}${folder}`)
    ? readdirSync(`${docs}${folder}`)
        .filter((name) => name.endsWith(".md") && name !== "index.md")
        .map((name) => ({ text: name.slice(0, -3), link: `/${folder}/${name.slice(0, -3)}` }))
    : [];
const guide = (text, name) => (existsSync(`${docs}${name}.md`) ? [{ text, link: `/${name}` }] : []);

export default defineConfig({
  title: "Sightline",
  description: "Computer vision on Amazon SageMaker from TypeScript.",
  // Served from any folder, and read from none but it.
  base: process.env.SIGHTLINE_DOCS_BASE ?? "/",
  cleanUrls: false,
  lastUpdated: false,
  metaChunk: true,
  // Not a page of the site, but of the tools that make it.
  srcExclude: ["node_modules/**"],
  // READMEs are pages too: what looks like a tag in one is text.
  markdown: { config: (md) => md.set({ html: false }) },
  themeConfig: {
    search: { provider: "local" },
    outline: [2, 3],
    nav: [
      { text: "Tours", link: "/photos" },
      { text: "API", link: "/api/" },
      { text: "Commands", link: "/commands/" },
    ],
    sidebar: [
      {
        text: "Tours",
        items: [
          { text: "Photos", link: "/photos" },
          { text: "Videos", link: "/videos" },
        ],
      },
      {
        text: "Guides",
        items: [
          ...guide("Laptop to AWS", "aws"),
          ...guide("Your own model", "own-model"),
          ...guide("Your own boxes", "own-boxes"),
          ...guide("Notebooks", "notebooks"),
          ...guide("Continuous integration", "ci"),
          ...guide("Many machines", "many-machines"),
          ...guide("Bundles and Lambda", "bundles"),
          ...guide("Costs", "costs"),
          ...guide("Security", "security"),
        ],
      },
      { text: "Packages", collapsed: true, items: pages("packages") },
      { text: "API", collapsed: true, items: [{ text: "All exports", link: "/api/" }] },
      { text: "Commands", collapsed: true, items: pages("commands") },
      {
        text: "Background",
        items: [
          { text: "Figures", link: "/figures" },
          { text: "Beside others", link: "/comparison" },
          { text: "Beside the Python SDK", link: "/python-sdk" },
        ],
      },
    ],
  },
});

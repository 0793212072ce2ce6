import { type Command, exitStatus } from "@sightline/foundation/command-line";
import { choiceOption, positional } from "@sightline/foundation/option-values";
import { TEMPLATES, writeProject } from "../init/write-project.js";

const HELP = `sightline init: a project from nothing

Usage
  sightline init [FOLDER] [options]

Writes a project into FOLDER (default: here), which must be empty but for hidden files: package.json with a script for each
step, a README that goes through them, and synthetic pictures of four classes to begin with.

Options
  --template NAME      notebooks: a notebook from pictures to an endpoint, for Jupyter and for headless runs (default)
                       service: a small HTTP service over the endpoint, with a page to try it
  --json               what was written as JSON on stdout
  --help               this text

Examples
  sightline init
  sightline init drivers --template service
`;

/** Makes a project. */
export const INIT_COMMAND: Command = {
  help: HELP,
  options: { template: { type: "string" }, json: { type: "boolean" } },
  async run(positionals, values, io) {
    const [folder = "."] = positionals.length === 0 ? [] : positional(positionals, "FOLDER");
    const template = choiceOption(values, "template", TEMPLATES) ?? "notebooks";
    const project = await writeProject(folder, template, io.signal);
    if (values.json === true) {
      io.out(`${JSON.stringify(project)}\n`);
      return exitStatus.ok;
    }
    const { files, pictures } = project;
    io.out(`${files.join("\n")}\npictures/: ${pictures} synthetic pictures\n\nNext${folder === "." ? "" : `, in ${folder}`}:
  npm install
  npm run local &                            # SageMaker on this machine; leave both lines out to use AWS
  until [ -f local.env ]; do sleep 1; done; . ./local.env
  npm run pack && npm run train && npm run deploy && npm run ask
`);
    return exitStatus.ok;
  },
};

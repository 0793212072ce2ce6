import { BoxCheck } from "../format/box-check.js";
import { boxesOf } from "../format/box-labels.js";
import { countedLabels } from "../format/detection-label.js";
import type { ImageRecord } from "../format/ir-header.js";
import type { PreflightOptions } from "./preflight-options.js";
import { type Add, NamedRecords } from "./problem-records.js";

/** Whether each record's labels are what the job reads. */
export interface LabelCheck {
  /** Records by class. */
  readonly byLabel: ReadonlyMap<number, number>;
  /** Numbers a record, as `ChannelLabels` has it. */
  readonly width: number;
  /** Numbers of an object, where records hold boxes. */
  readonly objectWidth?: number | undefined;
  /** Looks at a record. */
  add(record: ImageRecord): void;
  /** Says what was wrong. */
  tell(add: Add): void;
}

/** The check of a job's task. */
export function labelCheck(options: PreflightOptions): LabelCheck {
  return options.task === "object-detection" ? new BoxesCheck() : new ClassCheck(options);
}

/** One class a record, or a number for each of all classes. */
class ClassCheck implements LabelCheck {
  readonly byLabel = new Map<number, number>();
  width = 0;
  readonly #multiLabel: boolean;
  readonly #boxes = new NamedRecords();
  readonly #several = new NamedRecords();
  readonly #notBinary = new NamedRecords();
  readonly #otherWidth = new NamedRecords();

  constructor({ task, numClasses }: PreflightOptions) {
    this.#multiLabel = task === "multi-label";
    if (this.#multiLabel) this.width = numClasses ?? 0;
  }

  add({ header, labels }: ImageRecord): void {
    const name = `id ${header.id} (${labels.length} numbers)`;
    if (boxesOf(labels) !== undefined) this.#boxes.add(`id ${header.id}`);
    else if (this.#multiLabel) this.#addSeveral(labels, name);
    else if (labels.length === 1) count(this.byLabel, labels[0]!);
    else this.#several.add(name);
  }

  #addSeveral(labels: readonly number[], name: string): void {
    if (this.width === 0) this.width = labels.length;
    if (labels.length !== this.width) this.#otherWidth.add(name);
    else if (labels.some((label) => label !== 0 && label !== 1)) this.#notBinary.add(name);
    for (const [label, value] of labels.entries()) if (value === 1) count(this.byLabel, label);
  }

  tell(add: Add): void {
    this.#boxes.tell(
      add,
      "error",
      (records, names) =>
        `${records} records hold boxes, which object detection reads (task object-detection), not classification: ${names}`,
    );
    this.#several.tell(
      add,
      "error",
      (records, names) =>
        `${records} records have not exactly one label: ${names}. Where each has a 0 or 1 for every class, check them with the task multi-label`,
    );
    this.#otherWidth.tell(
      add,
      "error",
      (records, names) => `${records} records have not ${this.width} labels, one for each class: ${names}`,
    );
    this.#notBinary.tell(
      add,
      "error",
      (records, names) => `${records} records have labels other than 0 and 1: ${names}`,
    );
  }
}

/** Boxes in every record. */
class BoxesCheck implements LabelCheck {
  readonly byLabel = new Map<number, number>();
  width = 0;
  readonly #check = new BoxCheck(true);
  readonly #wrong = new NamedRecords();

  get objectWidth(): number | undefined {
    return this.#check.objectWidth;
  }

  add({ header, labels }: ImageRecord): void {
    const problem = this.#check.problemOf(labels);
    if (problem !== undefined) this.#wrong.add(`id ${header.id} (${problem})`);
    if (boxesOf(labels) === undefined) return;
    this.width = Math.max(this.width, labels.length);
    for (const label of countedLabels(labels)) count(this.byLabel, label);
  }

  tell(add: Add): void {
    this.#wrong.tell(
      add,
      "error",
      (records, names) => `${records} records have labels that object detection does not read: ${names}`,
    );
  }
}

function count(byLabel: Map<number, number>, label: number): void {
  byLabel.set(label, (byLabel.get(label) ?? 0) + 1);
}

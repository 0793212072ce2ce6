import { AwsError } from "../errors.js";
import type { RecordStore } from "../state/record-store.js";
import type { JsonInput, JsonOperations } from "../wire/json-service.js";

/** A tag as SageMaker has it. */
export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** The tags of resources by ARN. */
export interface TagStore {
  /** Sets the tags that a create call brings. */
  create(arn: string, input: JsonInput): void;
  remove(arn: string): void;
  readonly operations: JsonOperations;
}

/** Most tags of one resource. */
const MAX_TAGS = 50;

/** Makes AddTags, ListTags and DeleteTags over one record store. */
export function createTagStore(records: RecordStore<readonly Tag[]>): TagStore {
  const set = (arn: string, tags: readonly Tag[]) => {
    if (tags.length > MAX_TAGS) {
      throw new AwsError("ValidationException", `A resource can have ${MAX_TAGS} tags at most.`);
    }
    records.set(arn, tags);
  };
  const merge = (arn: string, added: readonly Tag[]) => {
    const byKey = new Map((records.get(arn) ?? []).map((tag) => [tag.Key, tag]));
    for (const tag of added) byKey.set(tag.Key, tag);
    set(arn, [...byKey.values()]);
    return [...byKey.values()];
  };
  return {
    create(arn, input) {
      const tags = input.Tags as readonly Tag[] | undefined;
      if (tags !== undefined && tags.length > 0) merge(arn, tags);
    },
    remove: (arn) => records.delete(arn),
    operations: {
      AddTags: (input) => ({ Tags: merge(input.ResourceArn as string, input.Tags as readonly Tag[]) }),
      ListTags: (input) => ({ Tags: records.get(input.ResourceArn as string) ?? [] }),
      DeleteTags(input) {
        const keys = new Set(input.TagKeys as readonly string[]);
        const arn = input.ResourceArn as string;
        const left = (records.get(arn) ?? []).filter((tag) => !keys.has(tag.Key));
        if (left.length > 0) set(arn, left);
        else records.delete(arn);
        return {};
      },
    },
  };
}

import { AwsError } from "../errors.js";
import type { RecordStore } from "../state/record-store.js";
import { pageOf } from "../wire/page.js";
import type { SageMakerHonoured, SageMakerOperations } from "./operation-types.js";

/** A tag as SageMaker has it. */
export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** The tags of resources by ARN. */
export interface TagStore {
  /** Sets the tags that a create call brings. @throws AwsError ValidationException for too many */
  create(arn: string, tags: readonly Tag[] | undefined): void;
  remove(arn: string): void;
  /** Has AddTags told, before the tags are there; what `told` throws refuses them. */
  onAdded(told: (arn: string, added: readonly Tag[]) => void): void;
  readonly operations: SageMakerOperations<TagOperation>;
}

type TagOperation = "AddTags" | "ListTags" | "DeleteTags";

/** What the tag operations honour of their inputs. */
export const HONOURED_TAGS: SageMakerHonoured<TagOperation> = {
  AddTags: { ResourceArn: "done", Tags: "done" },
  ListTags: { ResourceArn: "done", NextToken: "done", MaxResults: "done" },
  DeleteTags: { ResourceArn: "done", TagKeys: "done" },
};

/** Most tags of one resource. */
const MAX_TAGS = 50;

/** Makes AddTags, ListTags and DeleteTags over one record store. */
export function createTagStore(records: RecordStore<readonly Tag[]>): TagStore {
  const watchers: ((arn: string, added: readonly Tag[]) => void)[] = [];
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
    create(arn, tags = []) {
      if (tags.length > 0) merge(arn, tags);
    },
    remove: (arn) => records.delete(arn),
    onAdded: (told) => void watchers.push(told),
    operations: {
      AddTags({ ResourceArn, Tags }) {
        for (const told of watchers) told(ResourceArn, Tags);
        return { Tags: merge(ResourceArn, Tags) };
      },
      ListTags({ ResourceArn, NextToken, MaxResults }) {
        const { page, nextToken } = pageOf(records.get(ResourceArn) ?? [], NextToken, MaxResults ?? MAX_TAGS);
        return { Tags: page, NextToken: nextToken };
      },
      DeleteTags({ ResourceArn, TagKeys }) {
        const left = (records.get(ResourceArn) ?? []).filter((tag) => !TagKeys.includes(tag.Key));
        if (left.length > 0) set(ResourceArn, left);
        else records.delete(ResourceArn);
        return {};
      },
    },
  };
}

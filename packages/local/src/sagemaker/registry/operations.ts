import type { Cloud } from "../../cloud.js";
import { AwsError } from "../../errors.js";
import type { RecordStore } from "../../state/record-store.js";
import { listPage } from "../listing.js";
import type { SageMakerOperations } from "../operation-types.js";
import type { TagStore } from "../tags.js";
import type { RegistryOperation } from "./honoured-inputs.js";
import {
  describePackage,
  findPackage,
  groupName,
  type ModelPackage,
  type ModelPackageGroup,
  type ModelPackageRequest,
  registryArn,
  showPackage,
} from "./model-package.js";

/** Makes the operations of the model registry. */
export function createRegistryOperations(
  cloud: Cloud,
  tags: TagStore,
  packages: RecordStore<ModelPackage>,
): SageMakerOperations<RegistryOperation> {
  const groups = cloud.records.open<ModelPackageGroup>("model-package-groups");
  const findGroup = (nameOrArn: string): ModelPackageGroup => {
    const name = groupName(nameOrArn);
    const group = groups.get(name);
    if (group !== undefined) return group;
    throw invalid(`ModelPackageGroup ${registryArn(cloud, "model-package-group", name)} does not exist.`);
  };
  const versionsOf = (name: string) => packages.all().filter(({ group }) => group?.name === name);

  /** The next version of a group, or a package that stands alone. */
  const place = (input: ModelPackageRequest) => {
    const { ModelPackageGroupName: inGroup, ModelPackageName: alone } = input;
    if ((inGroup === undefined) === (alone === undefined)) {
      throw invalid("Give either ModelPackageGroupName or ModelPackageName.");
    }
    if (alone !== undefined) {
      const arn = registryArn(cloud, "model-package", alone);
      if (packages.has(arn)) throw invalid(`ModelPackage already exists: ${arn}`);
      return { name: alone, arn };
    }
    const { name, lastVersion } = findGroup(inGroup!);
    const version = lastVersion + 1;
    return {
      name: `${name}/${String(version).padStart(9, "0")}`,
      arn: registryArn(cloud, "model-package", `${name}/${version}`),
      group: { name, version },
      approval: input.ModelApprovalStatus ?? ("PendingManualApproval" as const),
    };
  };

  return {
    CreateModelPackageGroup(input) {
      const name = input.ModelPackageGroupName;
      const arn = registryArn(cloud, "model-package-group", name);
      if (groups.has(name)) throw invalid(`Model Package Group already exists: ${arn}`);
      const now = Date.now();
      const { ModelPackageGroupDescription: description } = input;
      tags.create(arn, input.Tags);
      const times = { created: now, modified: now, lastVersion: 0 };
      groups.set(name, { name, arn, ...times, ...(description === undefined ? {} : { description }) });
      return { ModelPackageGroupArn: arn };
    },
    DescribeModelPackageGroup: (input) => ({
      ...showGroup(findGroup(input.ModelPackageGroupName)),
      CreatedBy: {},
    }),
    ListModelPackageGroups(input) {
      const { items, nextToken } = listPage(groups.all(), { SortOrder: "Ascending", ...input });
      return { ModelPackageGroupSummaryList: items.map(showGroup), NextToken: nextToken };
    },
    DeleteModelPackageGroup(input) {
      const { name, arn } = findGroup(input.ModelPackageGroupName);
      if (versionsOf(name).length > 0) {
        throw new AwsError(
          "ConflictException",
          `Model Package Group ${arn} cannot be deleted: it has model packages. Delete them first.`,
        );
      }
      groups.delete(name);
      tags.remove(arn);
      return {};
    },
    CreateModelPackage(input) {
      const token = input.ClientToken;
      const again = token && packages.all().find(({ request }) => request.ClientToken === token);
      if (again) return { ModelPackageArn: again.arn };
      const own = place(input);
      const now = Date.now();
      tags.create(own.arn, input.Tags);
      packages.set(own.arn, { ...own, created: now, modified: now, request: input });
      if (own.group !== undefined)
        groups.update(own.group.name, { lastVersion: own.group.version, modified: now });
      return { ModelPackageArn: own.arn };
    },
    DescribeModelPackage: (input) => describePackage(findPackage(packages, input.ModelPackageName)),
    ListModelPackages(input) {
      const { ModelPackageGroupName: inGroup, ModelApprovalStatus: approval } = input;
      const group = inGroup === undefined ? undefined : findGroup(inGroup).name;
      const kind = input.ModelPackageType ?? (group === undefined ? "Unversioned" : "Versioned");
      const found = packages
        .all()
        .filter((one) => group === undefined || one.group?.name === group)
        .filter((one) => kind === "Both" || (one.group === undefined) === (kind === "Unversioned"))
        .filter((one) => approval === undefined || one.approval === approval);
      const { items, nextToken } = listPage(found, { SortOrder: "Ascending", ...input });
      return { ModelPackageSummaryList: items.map(showPackage), NextToken: nextToken };
    },
    UpdateModelPackage(input) {
      const found = findPackage(packages, input.ModelPackageArn);
      const { ModelApprovalStatus: approval, ApprovalDescription: approvalDescription } = input;
      if (approval !== undefined && found.group === undefined) {
        throw invalid("Only a version of a group can be approved.");
      }
      const { ModelPackageArn: _arn, ModelApprovalStatus, ApprovalDescription, ClientToken, ...rest } = input;
      const {
        CustomerMetadataProperties: added,
        CustomerMetadataPropertiesToRemove: removed,
        ...changed
      } = rest;
      const metadata = { ...found.request.CustomerMetadataProperties, ...added };
      for (const key of removed ?? []) delete metadata[key];
      packages.update(found.arn, {
        request: { ...found.request, ...changed, CustomerMetadataProperties: metadata },
        modified: Date.now(),
        ...(approval === undefined ? {} : { approval }),
        ...(approvalDescription === undefined ? {} : { approvalDescription }),
      });
      return { ModelPackageArn: found.arn };
    },
    DeleteModelPackage(input) {
      const { arn } = findPackage(packages, input.ModelPackageName);
      packages.delete(arn);
      tags.remove(arn);
      return {};
    },
  };
}

function showGroup(group: ModelPackageGroup) {
  return {
    ModelPackageGroupName: group.name,
    ModelPackageGroupArn: group.arn,
    ModelPackageGroupDescription: group.description,
    CreationTime: new Date(group.created),
    ModelPackageGroupStatus: "Completed" as const,
  };
}

function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}

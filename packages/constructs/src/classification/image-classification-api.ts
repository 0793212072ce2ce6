import { copyFileSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Aws, Duration } from "aws-cdk-lib";
import {
  AuthorizationType,
  CognitoUserPoolsAuthorizer,
  type IApiKey,
  type IRestApi,
  LambdaIntegration,
  type MethodOptions,
  Period,
  type RestApi,
} from "aws-cdk-lib/aws-apigateway";
import type { IUserPool } from "aws-cdk-lib/aws-cognito";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { RetentionDays } from "aws-cdk-lib/aws-logs";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import { Construct } from "constructs";
import { EndpointRemoval } from "../parts/endpoint-removal.js";
import { handlerFolder, handlerFunction } from "../parts/handler-function.js";
import { loggedApi } from "../parts/logged-api.js";
import { watchApi } from "./api-alarms.js";
import { openApiDocument, REQUEST_SCHEMA } from "./open-api-document.js";

/** Who may call the API. */
export type ApiAccess =
  /** Anybody, within the throttling. */
  | { readonly kind: "open" }
  /** Callers with a key of the API's usage plan. Keys tell callers apart and bound them; they are no sign-in. */
  | {
      readonly kind: "api-key";
      /** Requests of one key in a month. Default 1,000,000. */
      readonly requestsPerMonth?: number;
    }
  /** Who has signed in to a Cognito user pool, with the identity token as bearer. */
  | {
      readonly kind: "cognito";
      /** The pool. */
      readonly userPool: IUserPool;
    };

/** How an endpoint is to be called from the web. */
export interface ImageClassificationApiProps {
  /** Name of the real-time endpoint, which `deployEndpoint` makes before or after the stack. */
  readonly endpointName: string;
  /** Class names in the order of the ids, together at most 3,500 bytes as JSON. Default: the ids themselves. */
  readonly labels?: readonly string[];
  /** Classes in an answer, the most probable first. Default 10. */
  readonly top?: number;
  /** Largest picture in bytes, at most 4,500,000: what Lambda's 6 MB leave after base64. Default 4,500,000. */
  readonly maxImageBytes?: number;
  /** Who may call. Default `{ kind: "open" }`. */
  readonly access?: ApiAccess;
  /** Requests a second that the whole API takes on average; more are answered 429. Default 50. */
  readonly requestsPerSecond?: number;
  /** Requests that it takes at once above that. Default 100. */
  readonly burst?: number;
  /** Origin whose pages may call, such as `https://example.org`, or `*`. Default: the API's own page only. */
  readonly allowedOrigin?: string;
  /** HTML file that the API's root shows. Default: none, the root answers 403. */
  readonly page?: string;
  /** Told of alarms. Default: nobody. */
  readonly alarmTopic?: ITopic;
  /** How long logs are kept. Default three months. */
  readonly logRetention?: RetentionDays;
  /** Delete the endpoint when the stack is destroyed. Default true. */
  readonly removeEndpoint?: boolean;
}

/** API Gateway hands these on as they are, not as text. */
const BINARY = ["image/jpeg", "image/png", "image/webp", "application/x-image", "application/octet-stream"];
/** Lambda takes 4 kB of variables. */
const MAX_LABEL_BYTES = 3_500;

/**
 * A REST API over an image-classification endpoint: `POST /classify` with a picture, or base64 in JSON, answers the
 * most probable classes; `GET /openapi.json` describes it, `GET /` shows a page.
 *
 * @throws RangeError for labels or pictures larger than Lambda can take
 * @example
 * ```ts
 * const api = new ImageClassificationApi(stack, "Api", { endpointName: "drivers", labels: ["safe", "texting"] });
 * api.url; // the URL of the page, for an output
 * ```
 */
export class ImageClassificationApi extends Construct {
  /** The API itself. */
  readonly api: RestApi;
  /** The function that calls the endpoint. */
  readonly classifier: LambdaFunction;
  /** URL of the API's root, with a slash at its end. */
  readonly url: string;
  /** The key of `access: { kind: "api-key" }`; undefined for other access. `aws apigateway get-api-key --include-value` shows it. */
  readonly apiKey: IApiKey | undefined;

  constructor(scope: Construct, id: string, props: ImageClassificationApiProps) {
    super(scope, id);
    const { endpointName, labels = [], top = 10, maxImageBytes = 4_500_000, allowedOrigin } = props;
    const { access = { kind: "open" }, logRetention = RetentionDays.THREE_MONTHS } = props;
    checkProps(labels, maxImageBytes);
    this.classifier = handlerFunction(this, "Classifier", {
      folder: handlerFolder("classify"),
      description: `Asks the endpoint ${endpointName} what a picture shows`,
      environment: {
        ENDPOINT_NAME: endpointName,
        LABELS: JSON.stringify(labels),
        TOP: String(top),
        MAX_IMAGE_BYTES: String(maxImageBytes),
        ...(allowedOrigin === undefined ? {} : { ALLOWED_ORIGIN: allowedOrigin }),
      },
      // API Gateway gives up after 29 s.
      timeout: Duration.seconds(28),
      memoryMb: 512,
      logRetention,
      statements: [
        new PolicyStatement({
          actions: ["sagemaker:InvokeEndpoint"],
          resources: [
            `arn:${Aws.PARTITION}:sagemaker:${Aws.REGION}:${Aws.ACCOUNT_ID}:endpoint/${endpointName.toLowerCase()}`,
          ],
        }),
      ],
    });
    this.api = loggedApi(this, {
      description: `Image classification by the endpoint ${endpointName}`,
      binaryMediaTypes: BINARY,
      requestsPerSecond: props.requestsPerSecond,
      burst: props.burst,
      logRetention,
      findings: {
        "AwsSolutions-APIG2":
          "The one method that takes a body has a validator; pages and preflights take none.",
        "AwsSolutions-APIG4":
          "Page, description and preflights are open; who may classify is the caller's choice of `access`.",
        "AwsSolutions-COG4": "Cognito is one choice of `access`; an open API is bounded by its throttling.",
      },
    });
    this.url = this.api.url;
    this.#addClassify(access, allowedOrigin);
    this.#addDocuments(props.page, logRetention, { maxImageBytes, top, access: access.kind });
    this.apiKey = access.kind === "api-key" ? this.#addKey(access.requestsPerMonth ?? 1_000_000) : undefined;
    watchApi(this, {
      api: this.api,
      classifier: this.classifier,
      endpointName,
      alarmTopic: props.alarmTopic,
    });
    if (props.removeEndpoint ?? true) new EndpointRemoval(this, "EndpointRemoval", { endpointName });
  }

  #addClassify(access: ApiAccess, allowedOrigin: string | undefined): void {
    const { api } = this;
    const method: MethodOptions =
      access.kind === "cognito"
        ? {
            authorizationType: AuthorizationType.COGNITO,
            authorizer: new CognitoUserPoolsAuthorizer(this, "SignedIn", {
              cognitoUserPools: [access.userPool],
            }),
          }
        : { apiKeyRequired: access.kind === "api-key" };
    const resource = api.root.addResource("classify");
    resource.addMethod("POST", new LambdaIntegration(this.classifier), {
      ...method,
      requestValidator: api.addRequestValidator("Body", { validateRequestBody: true }),
      requestModels: {
        "application/json": api.addModel("Picture", {
          contentType: "application/json",
          schema: REQUEST_SCHEMA,
        }),
      },
    });
    if (allowedOrigin !== undefined) {
      resource.addCorsPreflight({
        allowOrigins: [allowedOrigin],
        allowMethods: ["POST"],
        allowHeaders: ["content-type", "x-api-key", "authorization"],
        maxAge: Duration.hours(1),
      });
    }
  }

  #addDocuments(
    page: string | undefined,
    logRetention: RetentionDays,
    options: Parameters<typeof openApiDocument>[0],
  ): void {
    const folder = mkdtempSync(path.join(tmpdir(), "sightline-page-"));
    copyFileSync(path.join(handlerFolder("page"), "index.mjs"), path.join(folder, "index.mjs"));
    writeFileSync(
      path.join(folder, "openapi.json"),
      `${JSON.stringify(openApiDocument(options), undefined, 2)}\n`,
    );
    if (page !== undefined) copyFileSync(page, path.join(folder, "page.html"));
    const documents = new LambdaIntegration(
      handlerFunction(this, "Documents", {
        folder,
        description: "Shows the page and the description of the API",
        timeout: Duration.seconds(5),
        memoryMb: 128,
        logRetention,
      }),
    );
    this.api.root.addResource("openapi.json").addMethod("GET", documents);
    if (page !== undefined) this.api.root.addMethod("GET", documents);
  }

  #addKey(requestsPerMonth: number): IApiKey {
    const key = this.api.addApiKey("Key");
    const plan = this.api.addUsagePlan("Plan", {
      quota: { limit: requestsPerMonth, period: Period.MONTH },
      apiStages: [{ api: this.api as IRestApi, stage: this.api.deploymentStage }],
    });
    plan.addApiKey(key);
    return key;
  }
}

function checkProps(labels: readonly string[], maxImageBytes: number): void {
  const bytes = Buffer.byteLength(JSON.stringify(labels));
  if (bytes > MAX_LABEL_BYTES) {
    throw new RangeError(
      `labels are ${bytes} bytes as JSON; a function's variables take ${MAX_LABEL_BYTES}. Leave them out and name the classes where the answer is read.`,
    );
  }
  if (!Number.isInteger(maxImageBytes) || maxImageBytes < 1 || maxImageBytes > 4_500_000) {
    throw new RangeError(
      `maxImageBytes must be a whole number of bytes from 1 to 4,500,000, not ${maxImageBytes}.`,
    );
  }
}

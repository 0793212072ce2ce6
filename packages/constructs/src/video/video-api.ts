import { copyFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Aws, Duration, RemovalPolicy } from "aws-cdk-lib";
import { AuthorizationType, CognitoUserPoolsAuthorizer, LambdaIntegration } from "aws-cdk-lib/aws-apigateway";
import { Mfa, UserPool, type UserPoolClient } from "aws-cdk-lib/aws-cognito";
import type { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { acknowledge } from "../parts/acknowledge.js";
import { handlerFolder, handlerFunction } from "../parts/handler-function.js";
import { loggedApi } from "../parts/logged-api.js";

/** What the API needs of its pipeline. */
export interface VideoApiProps {
  readonly bucketUrl: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly statements: readonly PolicyStatement[];
  readonly page: string | undefined;
  readonly selfSignUp: boolean;
  readonly keepData: boolean;
  readonly logRetention: RetentionDays;
}

/** The API behind a sign-in, and its page before it. */
export class VideoApi extends Construct {
  readonly userPool: UserPool;
  readonly userPoolClient: UserPoolClient;
  readonly url: string;
  readonly apiId: string;

  constructor(scope: Construct, id: string, props: VideoApiProps) {
    super(scope, id);
    const { logRetention, page } = props;
    this.userPool = this.#makeUserPool(props);
    this.userPoolClient = this.userPool.addClient("Page", {
      authFlows: { userPassword: true },
      generateSecret: false,
      preventUserExistenceErrors: true,
      disableOAuth: true,
      accessTokenValidity: Duration.hours(1),
      idTokenValidity: Duration.hours(1),
      refreshTokenValidity: Duration.days(30),
    });
    const api = loggedApi(this, {
      description: "Videos to mark up",
      logRetention,
      findings: {
        "AwsSolutions-APIG2":
          "The one method that takes a body checks it in its function, for answers of 413 and 415.",
        "AwsSolutions-APIG4": "The page is before the sign-in, and a mailed link holds a secret.",
        "AwsSolutions-COG4": "The page is before the sign-in, and a mailed link holds a secret.",
      },
    });
    this.url = api.url;
    this.apiId = api.restApiId;
    const requests = new LambdaIntegration(
      handlerFunction(this, "Requests", {
        folder: handlerFolder("video-api"),
        description: "Answers what the page asks of videos",
        environment: props.environment,
        timeout: Duration.seconds(15),
        memoryMb: 512,
        logRetention,
        statements: props.statements,
      }),
    );
    const signedIn = {
      authorizationType: AuthorizationType.COGNITO,
      authorizer: new CognitoUserPoolsAuthorizer(this, "SignedIn", { cognitoUserPools: [this.userPool] }),
    };
    const validator = api.addRequestValidator("Body", { validateRequestBody: true });
    api.root.addResource("uploads").addMethod("POST", requests, { ...signedIn, requestValidator: validator });
    const jobs = api.root.addResource("jobs");
    jobs.addMethod("GET", requests, signedIn);
    jobs.addResource("{id}").addMethod("GET", requests, signedIn);
    // Whoever has a mailed link has a secret.
    api.root.addResource("results").addResource("{token}").addMethod("GET", requests);
    if (page !== undefined) {
      const shown = new LambdaIntegration(this.#pageFunction(page, props));
      api.root.addMethod("GET", shown);
      api.root.addResource("config.json").addMethod("GET", shown);
    }
  }

  #makeUserPool({ selfSignUp, keepData }: VideoApiProps): UserPool {
    const pool = new UserPool(this, "Users", {
      selfSignUpEnabled: selfSignUp,
      signInAliases: { email: true },
      autoVerify: { email: true },
      standardAttributes: { email: { required: true, mutable: true } },
      passwordPolicy: {
        minLength: 12,
        requireLowercase: true,
        requireUppercase: true,
        requireDigits: true,
        requireSymbols: true,
      },
      mfa: Mfa.OFF,
      removalPolicy: keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    acknowledge(pool, {
      "AwsSolutions-COG2": "The page has no second factor; what is behind the sign-in is one's own videos.",
      "AwsSolutions-COG3": "Threat protection is in Cognito's dearer plan.",
      "AwsSolutions-COG8": "Threat protection is in Cognito's dearer plan.",
    });
    return pool;
  }

  #pageFunction(page: string, { bucketUrl, logRetention }: VideoApiProps) {
    const folder = mkdtempSync(path.join(tmpdir(), "sightline-page-"));
    copyFileSync(path.join(handlerFolder("video-page"), "index.mjs"), path.join(folder, "index.mjs"));
    copyFileSync(page, path.join(folder, "page.html"));
    return handlerFunction(this, "Page", {
      folder,
      description: "Shows the page",
      environment: {
        CLIENT_ID: this.userPoolClient.userPoolClientId,
        COGNITO_URL: `https://cognito-idp.${Aws.REGION}.${Aws.URL_SUFFIX}`,
        BUCKET_URL: bucketUrl,
      },
      timeout: Duration.seconds(5),
      memoryMb: 128,
      logRetention,
    });
  }
}

import { randomBytes } from "node:crypto";
import {
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
  CognitoIdentityProviderClient,
} from "@aws-sdk/client-cognito-identity-provider";
import { CreateEmailIdentityCommand, SESv2Client } from "@aws-sdk/client-sesv2";
import type { StackOutputs } from "./stack-outputs.js";

/** Somebody who may sign in. */
export interface ExampleUser {
  readonly email: string;
  readonly password: string;
}

/**
 * Makes a user in the emulator, and lets its mail service know the sender. On AWS people do both: an invitation of
 * `aws cognito-idp admin-create-user`, and a click in SES's mail.
 */
export async function addUser(
  { UserPool: UserPoolId }: StackOutputs,
  emulatorUrl: string,
  sender: string,
): Promise<ExampleUser> {
  const email = "driver@example.org";
  const password = `${randomBytes(12).toString("base64url")}-aA1`;
  const users = new CognitoIdentityProviderClient({ endpoint: emulatorUrl });
  const mails = new SESv2Client({ endpoint: emulatorUrl });
  try {
    await users.send(
      new AdminCreateUserCommand({
        UserPoolId,
        Username: email,
        MessageAction: "SUPPRESS",
        UserAttributes: [
          { Name: "email", Value: email },
          { Name: "email_verified", Value: "true" },
        ],
      }),
    );
    await users.send(
      new AdminSetUserPasswordCommand({ UserPoolId, Username: email, Password: password, Permanent: true }),
    );
    await mails.send(new CreateEmailIdentityCommand({ EmailIdentity: sender }));
    return { email, password };
  } finally {
    users.destroy();
    mails.destroy();
  }
}

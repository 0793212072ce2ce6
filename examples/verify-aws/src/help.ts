/** What `--help` shows. */
export const HELP = `verify-aws: both flows in an account of your own, and what it did otherwise than local

Usage
  verify-aws --image URI --price INSTANCE=USD... [options]
  verify-aws --clean            delete what a run that was killed has left

Pictures are packed, uploaded, trained on, deployed and asked about; a video is marked up by an asynchronous endpoint;
then everything is deleted, however it ends. What is made is written to a ledger first: --clean goes on from there.
Needs SIGHTLINE_BUCKET and SIGHTLINE_ROLE_ARN (docs/aws.md, step 3).

Options
  --image URI            this project's image in your registry, for videos
  --price INSTANCE=USD   price of an hour in your region; one for each type of instance
  --agree USD            agree to the cap beforehand (default: it is asked for)
  --training TYPE        instance that trains (default ml.g4dn.xlarge)
  --endpoint TYPE        instance that classifies (default ml.m5.xlarge)
  --video TYPE           instance that marks up (default ml.m5.xlarge)
  --report FILE          what differed, without account, bucket and role (default out/verify-aws/report.md)
  --ledger FILE          default out/verify-aws/ledger.jsonl
  --rehearse             the account is a local SageMaker: nothing costs, nothing is asked

Example
  verify-aws --image 111122223333.dkr.ecr.eu-west-1.amazonaws.com/sightline:1 --price ml.g4dn.xlarge=0.8 --price ml.m5.xlarge=0.3
`;

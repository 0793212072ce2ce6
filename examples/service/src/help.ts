/** What `--help` shows of every command. */
export const HELP = `service: classifies photos and marks up videos over HTTP, and videos from a queue

Usage
  service [start] [options]       everything on this machine, until Ctrl-C
  service serve [options]         in an account, or with variables of your own

Options of both
  --host NAME                address to listen at (default 127.0.0.1)
  --port N                   0 takes any free one (default 8080)
  --max-video-mb N           largest video of a request (default 2000)
  --max-video-seconds N      longest video of a request (default 600)
  --body-idle-seconds N      longest wait for the next bytes of a body (default 15)
  --grace-seconds N          how long what was begun may go on after SIGTERM (default 25)

Options of start
  --json                     print one JSON object when everything answers

Options of serve
  --endpoint NAME            real-time endpoint that classifies photos
  --labels A,B,C             its class names (default: the ids)
  --model FILE               ONNX detector that marks up videos
  --queue URL                SQS queue of messages {"input": "s3://...", "output": "s3://....mp4"}
  --dead-letters URL         where messages go that no trial can help
  --bucket NAME              the one bucket that messages may name

Example
  service serve --endpoint drivers --labels safe,texting --model potholes.onnx
`;

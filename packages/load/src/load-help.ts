/** What `--help` prints. */
export const LOAD_HELP = `sightline-load: how much a SageMaker endpoint, a REST API or a URL bears

Usage
  sightline-load TARGET (--users STEPS | --rate STEPS) [options]

TARGET
  endpoint:NAME          a real-time endpoint; region, credentials and URL as for every AWS client
                         (AWS_REGION, AWS_PROFILE, AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME, ...)
  https://HOST/PATH      a REST API, or any URL

Load
  --users 400,800,1200   users at a time, step after step; each sends, waits, thinks, sends again
  --rate 50,100          requests begun per second, however long the answers take
  --seconds 600          how long each step lasts (default 600)
  --think 0.1-0.5        pause of a user between two requests, in seconds (default 0.1-0.5)

Requests
  --body PATH            a file, or a folder whose files are sent in turn (at most 1,000)
  --content-type TYPE    of the bodies (default: by the files' endings)
  --accept TYPE          content type wanted in answer
  --variant NAME         variant of the endpoint to ask and to watch
  --header "Name: value" of every request to a URL; may be given several times
  --method METHOD        of requests to a URL (default POST with --body, GET without)
  --watch NAME           endpoint behind a URL, whose instances and invocations the report shows

Limits
  --timeout 60           longest wait for an answer, in seconds (default 60)
  --max-errors 0.1       stop when more of the last ten seconds' requests failed (default 0.1)
  --max-requests N       send no more than these
  --workers N            threads that send (default: one less than the processors, at most 4)

Output
  --out FOLDER           report.html, result.json, load_stats.csv, load_stats_history.csv,
                         load_failures.csv with Locust's columns (default load-test)
  --json                 the result as JSON on stdout in place of the summary

Users slow down with the target, as people do; a rate does not, as the world does not. Take users to find what an
instance bears, a rate to see whether an agreed number is kept. Latency counts from when a request should have begun.

Exit status: 0 done, 1 failed, 2 wrong command line, 3 stopped since too many requests failed, 130 and 143 behind
Ctrl-C and SIGTERM. Whatever happens behind the start, the report of what was done is written.

Examples
  sightline-load endpoint:drivers --body photos --users 400,800,1200 --think 0.1-0.5
  sightline-load https://api.example.com/classify --body photo.jpg --header "x-api-key: ..." --rate 20 --seconds 60
`;

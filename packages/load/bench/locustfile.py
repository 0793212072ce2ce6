# What the bench lets Locust run: the same requests, and its CPU time between the start and the end of the test.
import os
import resource

from locust import FastHttpUser, HttpUser, between, constant, events, task

body = os.urandom(int(os.environ["BODY_BYTES"]))
most = float(os.environ["THINK_SECONDS"])
headers = {"content-type": "image/jpeg"}
began = 0.0


def cpu_seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


@events.test_start.add_listener
def start(**_):
    global began
    began = cpu_seconds()


@events.test_stop.add_listener
def stop(environment, **_):
    total = environment.stats.total
    median, high = (total.get_response_time_percentile(share) for share in (0.5, 0.95))
    print("BENCH", total.num_requests, total.num_failures, cpu_seconds() - began, median, high, flush=True)


class Asks(FastHttpUser if os.environ["USER_CLASS"] == "FastHttpUser" else HttpUser):
    wait_time = between(most / 5, most) if most > 0 else constant(0)

    @task
    def ask(self):
        self.client.post("/x", data=body, headers=headers)

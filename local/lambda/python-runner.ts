/**
 * The program that runs a function in Python: it loads the handler once, and answers each line of its input, an event, by a
 * line at its file descriptor 3. Output of the function stays what it is (Lambda developer guide, python-handler, python-context,
 * python-exceptions).
 */
export const PYTHON_RUNNER = `
import importlib, json, os, signal, sys, time, traceback

# Ctrl-C is for the local stack, which ends this process.
signal.signal(signal.SIGINT, signal.SIG_IGN)

answers = os.fdopen(3, "w", encoding="utf-8")

def answer(message):
    answers.write(json.dumps(message) + "\\n")
    answers.flush()

def failure(error):
    trace = traceback.format_tb(error.__traceback__)
    return {"errorType": type(error).__name__, "errorMessage": str(error), "trace": trace}

class Context:
    def __init__(self, request_id, deadline):
        self.aws_request_id = request_id
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = "$LATEST"
        self.invoked_function_arn = os.environ["LATCHKEY_FUNCTION_ARN"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.identity = None
        self.client_context = None
        self._deadline = deadline

    def get_remaining_time_in_millis(self):
        return max(0, int(self._deadline - time.time() * 1000))

try:
    module, _, name = os.environ["_HANDLER"].rpartition(".")
    handler = getattr(importlib.import_module(module.replace("/", ".")), name)
except BaseException as error:
    answer({"type": "initialization failed", "error": failure(error)})
    sys.exit(1)
answer({"type": "started"})

for line in sys.stdin:
    request = json.loads(line)
    try:
        result = handler(json.loads(request["event"]), Context(request["id"], request["deadlineEpochMilliseconds"]))
        answer({"type": "returned", "id": request["id"], "payload": json.dumps(result)})
    except Exception as error:
        traceback.print_exc()
        answer({"type": "threw", "id": request["id"], "error": failure(error)})
    sys.stdout.flush()
`;

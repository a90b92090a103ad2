-- The request that wrk repeats. The environment variable BODY is its body.
wrk.method = "POST"
wrk.body = os.getenv("BODY")
wrk.headers["Content-Type"] = "application/json"
wrk.headers["x-functions-key"] = "benchmark"

-- The request that wrk repeats: one OFREP evaluation.
wrk.method = "POST"
wrk.body = '{"context":{"targetingKey":"u1","email":"ada@example.com","country":"FR","plan":"pro"}}'
wrk.headers["Content-Type"] = "application/json"
wrk.headers["x-functions-key"] = "benchmark"

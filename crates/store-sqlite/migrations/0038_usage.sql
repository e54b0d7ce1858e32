-- Who used a model: what the sums of an account are divided by. The twin of this file is in store-postgres/migrations.

ALTER TABLE llm_calls ADD COLUMN agent_id BLOB; -- of the run that asked
ALTER TABLE llm_calls ADD COLUMN user_id  BLOB; -- for whom it was asked

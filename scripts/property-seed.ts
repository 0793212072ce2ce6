// Property tests try the same examples everywhere, so that CI fails for what was changed and for nothing else.
// SIGHTLINE_TEST_SEED=$RANDOM tries others.
import fc from "fast-check";

fc.configureGlobal({ seed: Number(process.env.SIGHTLINE_TEST_SEED ?? 1) });

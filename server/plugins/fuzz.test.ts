import { testByFuzz } from '../testing/fuzz.ts';

// The same requests in every run: what fails here, fails again.
testByFuzz({ requests: 1500, requestsEach: 100, requestsElsewhere: 100, seed: 2026 }, false);

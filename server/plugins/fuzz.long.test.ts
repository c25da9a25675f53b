import { testByFuzz } from '../testing/fuzz.ts';

testByFuzz({ requests: 30_000, requestsEach: 2000, requestsElsewhere: 1000 }, true);

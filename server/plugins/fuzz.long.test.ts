import { testByFuzz } from '../testing/fuzz.ts';

testByFuzz({ requests: 10_500, requestsEach: 2000, requestsElsewhere: 720 }, true);

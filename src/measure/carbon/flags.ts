/** What a reader must know beside an estimate, with its meaning. */
export const CARBON_FLAGS = {
  "batch-above-ceiling": "the stated batch size is larger than the measured speed allows on this hardware",
  "bf16-on-b200-only":
    "of deployments with 16-bit weights only B200 is calibrated: on H100 the figure would lie above this range",
  "embodied-unknown": "no embodied emissions are known for this hardware: the figure is operation alone",
  "ewif-world-average": "no water factor is known for this grid: the world average stands in, with a wide range",
  extrapolated: "answers came more than twice as fast as on any calibrated hardware: never ranked",
  "faster-than-calibrated": "answers came faster than on the calibrated hardware, so its smallest batch is used",
  "grid-two-values-only": "only two yearly values are known for this grid, so its range is too narrow",
  "hardware-unknown": "the hardware is not known: one range spans every calibrated deployment",
  "tpot-unavailable": "no answer shows a time per output token, so nothing bounds the batch size",
  "prefill-not-explained":
    "the first token came sooner than this hardware can read the prompt: a cached prefix, or more or other hardware",
  "provider-supplied": "at least one factor was supplied by the operator or user",
  "region-not-listed": "the stated region is not in the table, so it counts as unknown",
  "region-unknown": "the region is not known: the grid spans every region that could have served",
  "slower-than-calibrated": "answers came slower than on the calibrated hardware, so its largest batch bounds it",
} as const;

export type CarbonFlag = keyof typeof CARBON_FLAGS;

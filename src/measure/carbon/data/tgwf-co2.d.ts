/* The package ships no types. */
declare module "@tgwf/co2/data" {
  interface YearlyZones {
    readonly data: Readonly<Record<string, { readonly carbonIntensity: { readonly value: number } }>>;
  }

  /** Ember, gCO2e/kWh by ISO 3166-1 alpha-3. Without a year. */
  export const averageIntensity: { readonly data: Readonly<Record<string, number>> };
  /** Electricity Maps. */
  export const electricityMaps: { readonly yearly2024: YearlyZones; readonly yearly2025: YearlyZones };
}

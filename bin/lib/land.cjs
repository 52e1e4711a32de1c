// Turns a topology of world-atlas into GeoJSON of hundredths of a degree, without islets: under 300 KB.
const { readFileSync } = require("fs");
const { feature } = require("topojson-client");
const { filter, filterWeight, presimplify, simplify } = require("topojson-simplify");

const SMALLEST_DETAIL = 0.013; // square degrees

const whole = presimplify(JSON.parse(readFileSync(process.argv[2])));
const simple = simplify(whole, SMALLEST_DETAIL);
const land = filter(simple, filterWeight(simple, SMALLEST_DETAIL));
const short = (_, value) => (typeof value === "number" ? Math.round(value * 100) / 100 : value);
process.stdout.write(`${JSON.stringify(feature(land, land.objects.land), short)}\n`);

// Declares `x-content-schema` (see spec/README.md) to Redocly as a schema. Without this plugin, Redocly rejects its
// reference, and reports the target schema as unused.
export default function plugin() {
  return {
    id: 'flighthub2',
    typeExtension: {
      oas3(types) {
        const { Schema } = types;
        return { ...types, Schema: { ...Schema, properties: { ...Schema.properties, 'x-content-schema': 'Schema' } } };
      },
    },
  };
}

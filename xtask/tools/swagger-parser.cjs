// Validates the OpenAPI documents named on the command line with swagger-parser.
// NODE_PATH names the folder of the installed packages.
const SwaggerParser = require('@apidevtools/swagger-parser');

async function main(paths) {
  if (paths.length === 0) throw new Error('no document is named');
  for (const path of paths) {
    try {
      await SwaggerParser.validate(path);
    } catch (error) {
      console.error(`${path}: ${error.message}`);
      process.exitCode = 1;
    }
  }
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});

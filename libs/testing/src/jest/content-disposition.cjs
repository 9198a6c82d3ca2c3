// Jest cannot `require` an ESM-only package as Node can, and @fastify/static requires this one.
module.exports = { create: (filename) => `attachment; filename="${filename}"` };

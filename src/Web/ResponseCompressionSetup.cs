using System.IO.Compression;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.DependencyInjection;

namespace Mayday.Web;

/// <summary>Compresses pages and API answers; files of the program are compressed when it is published.</summary>
internal static class ResponseCompressionSetup
{
    public static void AddMaydayCompression(this IServiceCollection services)
    {
        services.AddResponseCompression(options =>
        {
            // A page carries no secret beside text that a stranger chose, except the antiforgery token, which differs with every answer:
            // guessing a secret by the size of compressed answers (BREACH) needs one that stays.
            options.EnableForHttps = true;
            options.Providers.Add<BrotliCompressionProvider>();
            options.Providers.Add<GzipCompressionProvider>();
            options.MimeTypes = ResponseCompressionDefaults.MimeTypes.Append("image/svg+xml");
        });
        // Fastest makes a page a third bigger; a page is small enough that the difference in time cannot be noticed.
        services.Configure<BrotliCompressionProviderOptions>(options => options.Level = CompressionLevel.Optimal);
        services.Configure<GzipCompressionProviderOptions>(options => options.Level = CompressionLevel.Optimal);
    }
}

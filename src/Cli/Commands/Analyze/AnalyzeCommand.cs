using System.CommandLine;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Mayday.Analysis;
using Mayday.Analysis.Lines;
using Mayday.Hosting;

namespace Mayday.Cli.Commands.Analyze;

/// <summary><c>mayday analyze [--json] FILE...</c>: prints the crashes that the analyser finds in kernel logs.</summary>
public static class AnalyzeCommand
{
    // The same limit as POST /dumps, so every log that the service accepts can be analysed here.
    private const long MaxBytes = 256L << 20;

    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.Never,
    };

    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print one JSON object per line and crash" };
        var files = new Argument<string[]>("FILE") { Description = "Kernel logs; - is standard input", Arity = ArgumentArity.OneOrMore };
        var command = new Command("analyze", "Finds crashes in kernel logs: what crashed, where and why") { json, files };
        command.SetAction(result => Run(result.GetValue(files) ?? [], result.GetValue(json)));
        return command;
    }

    private static int Run(string[] files, bool json)
    {
        var failed = false;
        using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false), 1 << 16);
        foreach (var file in files)
        {
            byte[] log;
            try
            {
                log = Read(file);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
            {
                output.Flush();
                Console.Error.WriteLine($"mayday analyze: cannot read {Printable(file)}: {Printable(failure.Message)}");
                failed = true;
                continue;
            }

            var reports = Analyze(log);
            for (var index = 0; index < reports.Count; index++)
            {
                if (json)
                {
                    output.Write(JsonSerializer.Serialize(CrashOutput.From(file, index, reports[index]), s_json));
                    output.Write('\n');
                }
                else
                {
                    CrashText.Write(output, file, index, reports[index]);
                }
            }

            if (!json && reports.Count == 0)
            {
                output.WriteLine($"{Printable(file)}: no crash found in {log.Length} bytes");
            }
        }

        return failed ? 1 : 0;
    }

    /// <summary>
    /// Raw records of extended netconsole are sorted first, as the collector does. Positions in the output still refer to the file.
    /// </summary>
    private static IReadOnlyList<CrashReport> Analyze(byte[] log) => ExtendedCapture.TryRead(log, out var capture)
        ? [.. CrashAnalyzer.Analyze(capture.Log).Select(capture.Place)]
        : CrashAnalyzer.Analyze(log);

    private static byte[] Read(string file)
    {
        if (file == "-")
        {
            using var input = Console.OpenStandardInput();
            using var buffer = new MemoryStream();
            var chunk = new byte[1 << 16];
            int read;
            while ((read = input.Read(chunk)) > 0)
            {
                if (buffer.Length + read > MaxBytes)
                {
                    throw new IOException($"more than {MaxBytes >> 20} MiB");
                }

                buffer.Write(chunk, 0, read);
            }

            return buffer.ToArray();
        }

        if (Directory.Exists(file))
        {
            throw new IOException("it is a directory");
        }

        return new FileInfo(file) is { Exists: true, Length: > MaxBytes }
            ? throw new IOException($"more than {MaxBytes >> 20} MiB")
            : File.ReadAllBytes(file);
    }

    /// <summary>Makes terminal escapes in logs harmless: none of them reaches the terminal.</summary>
    internal static string Printable(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\0', '\x1f') && !text.AsSpan().ContainsAnyInRange('\x7f', '\x9f'))
        {
            return text;
        }

        return string.Create(text.Length, text, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = char.IsControl(source[i]) ? '\u00b7' : source[i];
            }
        });
    }
}

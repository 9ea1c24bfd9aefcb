using BenchmarkDotNet.Running;

// dotnet run -c Release --project tests/Benchmarks -- --filter '*Packet*'
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);

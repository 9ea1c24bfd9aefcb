using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Mayday.Web.Tests")]

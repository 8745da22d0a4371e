{{/* Labels that all pods of a component have, those of further DaemonSets included. root, component. */}}
{{- define "lustre-csi.monitored" -}}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{/* root, monitor. */}}
{{- define "lustre-csi.monitorMetadata" -}}
namespace: {{ .monitor.namespace | default .root.Release.Namespace }}
labels:
  {{- mergeOverwrite (include "lustre-csi.labels" .root | fromYaml) .monitor.labels | toYaml | nindent 2 }}
{{- end -}}

{{/* Ports with metrics. root, component. */}}
{{- define "lustre-csi.ports" -}}
{{- $values := .root.Values -}}
{{- if eq .component "node" -}}
- name: metrics
  port: {{ include "lustre-csi.nodeMetricsPort" (dict "root" .root "values" $values.node) }}
{{- else -}}
{{- if $values.controller.metrics.enabled }}
- name: metrics
  port: {{ include "lustre-csi.controllerMetricsPort" .root }}
{{- end }}
- name: provisioner
  port: {{ $values.sidecars.provisioner.httpPort }}
{{- range $key, $name := dict "resizer" "resizer" "snapshotter" "snapshotter" "healthMonitor" "health-monitor" }}
{{- $sidecar := index $values.sidecars $key }}
{{- if $sidecar.enabled }}
- name: {{ $name }}
  port: {{ $sidecar.httpPort }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* root, component, monitor. */}}
{{- define "lustre-csi.endpoints" -}}
{{- $monitor := .monitor -}}
{{- range include "lustre-csi.ports" . | fromYamlArray }}
- port: {{ .name }}
  interval: {{ $monitor.interval }}
  {{- with $monitor.relabelings }}
  relabelings:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $monitor.metricRelabelings }}
  metricRelabelings:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
{{- end -}}

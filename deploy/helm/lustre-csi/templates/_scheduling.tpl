{{/* Expression that leaves out nodes without a kernel of their own: Fargate, virtual nodes. */}}
{{- define "lustre-csi.realNodes" -}}
{{- $cloud := include "lustre-csi.cloud" . -}}
{{- if eq $cloud "aws" -}}
- key: eks.amazonaws.com/compute-type
  operator: NotIn
  values: [fargate, hybrid]
{{- else if eq $cloud "azure" -}}
- key: type
  operator: NotIn
  values: [virtual-kubelet]
{{- end -}}
{{- end -}}

{{- define "lustre-csi.controllerAffinity" -}}
{{- if .Values.controller.affinity -}}{{ toYaml .Values.controller.affinity }}
{{- else if include "lustre-csi.realNodes" . -}}
nodeAffinity:
  preferredDuringSchedulingIgnoredDuringExecution:
    - weight: 1
      preference:
        matchExpressions:
          {{- include "lustre-csi.realNodes" . | nindent 10 }}
{{- end -}}
{{- end -}}

{{/* root, values. */}}
{{- define "lustre-csi.nodeAffinity" -}}
{{- if .values.affinity -}}{{ toYaml .values.affinity }}
{{- else if include "lustre-csi.realNodes" .root -}}
nodeAffinity:
  requiredDuringSchedulingIgnoredDuringExecution:
    nodeSelectorTerms:
      - matchExpressions:
          {{- include "lustre-csi.realNodes" .root | nindent 10 }}
{{- end -}}
{{- end -}}

{{/* root, values. */}}
{{- define "lustre-csi.nodeTolerations" -}}
{{- if .values.tolerateAllTaints -}}
- operator: Exists
{{- else -}}
{{- with .values.tolerations }}{{ toYaml . }}
{{ end -}}
- key: {{ .root.Values.driver }}/agent-not-ready
  operator: Exists
{{- end -}}
{{- end -}}

{{/* root, values. */}}
{{- define "lustre-csi.nodeSelector" -}}
kubernetes.io/os: linux
{{- if eq .root.Values.lustreClient.mode "kmm" }}
kmm.node.kubernetes.io/{{ .root.Release.Namespace }}.{{ .root.Values.lustreClient.kmm.name }}.ready: ''
{{- end }}
{{- with .values.nodeSelector }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Constraints of the values, with the selector of the pods where it is missing. */}}
{{- define "lustre-csi.spread" -}}
{{- $selector := dict "matchLabels" (include "lustre-csi.selector" (dict "root" . "component" "controller") | fromYaml) -}}
{{- $constraints := list -}}
{{- range .Values.controller.topologySpreadConstraints -}}
{{- $constraints = append $constraints (merge (deepCopy .) (dict "labelSelector" $selector)) -}}
{{- end -}}
{{- toYaml $constraints -}}
{{- end -}}
